-- pictor.lua - what the documents in this folder are served with.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        ark = { kind = "ark", api_key = "test-key", base_url = "$ARK/api/v3" },
    },
    ca_file = "$CA",
    egress = { allow = { "$FILES" } },
    limits = { in_flight = 64 },
}
