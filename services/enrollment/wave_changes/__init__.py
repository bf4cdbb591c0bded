"""What changes of a published wave, in all its classes at once; or it is called off."""
