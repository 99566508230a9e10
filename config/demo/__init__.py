"""Northgate Supply, the demo company: twelve sites, their people, goods, suppliers and a year of trade."""
