# The pins: imagelock writes images.auto.pkrvars.json, and Packer loads it automatically.
variable "images" {
  type = map(map(map(object({ id = string, zoned_id = string }))))
}

# Packer 1.7 and later need the plugin first: packer plugins install github.com/scaleway/scaleway
# Account, keys and project come from SCW_DEFAULT_PROJECT_ID, SCW_ACCESS_KEY and SCW_SECRET_KEY.
source "scaleway" "web" {
  zone            = "fr-par-1"
  commercial_type = "DEV1-S"
  ssh_username    = "root"
  image           = var.images["web"]["fr-par-1"]["x86_64"].id
}

build {
  sources = ["source.scaleway.web"]
}
