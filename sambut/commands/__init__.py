"""The commands of the program, one file each; sambut.cli registers them."""
