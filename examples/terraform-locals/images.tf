# This file is written by imagelock from its lockfile. Change the manifest instead of editing it.
# Manifest: images.toml
locals {
  images = {
    "db" = {
      "fr-par-1" = {
        "x86_64" = {
          id       = "35fdc69b-503a-4d8c-8879-497a1abfd103"
          zoned_id = "fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103"
        }
      }
    }
    "web" = {
      "fr-par-1" = {
        "x86_64" = {
          id       = "35fdc69b-503a-4d8c-8879-497a1abfd103"
          zoned_id = "fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103"
        }
      }
    }
  }
}
