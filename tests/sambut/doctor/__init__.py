"""Each look of the doctor, on what is well and on what is not."""
