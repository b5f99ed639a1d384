"""The real thing under real calls, killed and frozen over and over, and a checker over what everybody wrote down."""
