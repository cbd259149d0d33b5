-- pictor.lua - what the documents of this folder are served with.
return {
    listen = "$LISTEN",
    ca_file = "$CA",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    egress = { allow = { "$FILES" } },
    keys = { { name = "test", key = "test-key" } },
    providers = { replicate = { kind = "replicate", api_key = "test-key", base_url = "$REPLICATE/v1", wait = 0 } },
    limits = { in_flight = 64 },
}
