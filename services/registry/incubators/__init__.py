"""Business incubators: designation, holder, people, tenants. Owns incubator*."""
