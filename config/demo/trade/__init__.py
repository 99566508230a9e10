"""Four weeks of trade at Northgate Supply, through the product's own services, by a clock of its own."""
