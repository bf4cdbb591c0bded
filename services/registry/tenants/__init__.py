"""The tenants of incubators, by reference only. Their table is kept by the incubators."""
