"""A static gallery: pages of finished pictures that any web server or browser shows, without a script."""
