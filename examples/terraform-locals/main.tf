# Like ../terraform, but without a variable: imagelock writes the pins to images.tf as `local.images`.
#
# resource "scaleway_instance_server" "web" {
#   type  = "DEV1-S"
#   image = local.images["web"]["fr-par-1"]["x86_64"].zoned_id
# }
resource "terraform_data" "web" {
  count            = 2
  triggers_replace = local.images["web"]["fr-par-1"]["x86_64"].zoned_id
}

resource "terraform_data" "db" {
  triggers_replace = local.images["db"]["fr-par-1"]["x86_64"].zoned_id
}
