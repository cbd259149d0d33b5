-- pictor.lua - what the documents in this folder are served with.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        dashscope = { kind = "dashscope", api_key = "test-key", base_url = "$DASHSCOPE/api/v1" },
    },
    ca_file = "$CA",
    egress = { allow = { "$FILES" } },
    limits = { in_flight = 64 },
}
