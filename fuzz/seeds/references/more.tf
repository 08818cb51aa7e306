variable "db_image" {
  default = "00000003-0000-4000-8000-000000000000" # Debian
}
locals {
  builders = { "fr-par-1" = { x86_64 = "00000003-0000-4000-8000-000000000000" } }
  list = ["00000005-0000-4000-8000-000000000000"]
  note = <<-EOT
    image = "00000006-0000-4000-8000-000000000000"
  EOT
}
resource "scaleway_instance_server" "web" {
  image = "${var.zone}/00000001-0000-4000-8000-000000000000"
  /* image = "x" */ // y
}
