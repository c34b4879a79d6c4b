"""Makes the card: Debian's packages and Tattlebox in, one image file out (image-build/README.md)."""
