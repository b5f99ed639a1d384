"""What `make setup`, the locks and the images are made of."""
