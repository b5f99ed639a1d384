"""Tests of the AMI link."""
