"""The profiles that come with this package, one YAML file each; see `catalog.profile`."""
