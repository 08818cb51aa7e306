# The pins: imagelock writes images.auto.tfvars.json, and Terraform loads it automatically.
variable "images" {
  type = map(map(map(object({ id = string, zoned_id = string }))))
}

# resource "scaleway_instance_server" "web" {
#   type  = "DEV1-S"
#   image = var.images["web"]["fr-par-1"]["x86_64"].zoned_id
# }

# A built-in resource stands in for the server, so that the example runs without an account. A new image replaces it too.
resource "terraform_data" "web" {
  count            = 2
  triggers_replace = var.images["web"]["fr-par-1"]["x86_64"].zoned_id
}

resource "terraform_data" "db" {
  triggers_replace = var.images["db"]["fr-par-1"]["x86_64"].zoned_id
}
