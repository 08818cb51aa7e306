# The pins: imagelock keeps images.auto.tfvars.json in step with images.lock, and Terraform reads it by itself.
variable "images" {
  type = map(map(map(object({ id = string, zoned_id = string }))))
}

# resource "scaleway_instance_server" "web" {
#   type  = "DEV1-S"
#   image = var.images["web"]["fr-par-1"]["x86_64"].zoned_id
# }

# A built-in resource stands for that server, so that this runs without an account: a new image replaces it, too.
resource "terraform_data" "web" {
  count            = 2
  triggers_replace = var.images["web"]["fr-par-1"]["x86_64"].zoned_id
}

resource "terraform_data" "db" {
  triggers_replace = var.images["db"]["fr-par-1"]["x86_64"].zoned_id
}
