-- pictor.lua - what the documents in this folder are served with.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        stability = { kind = "stability", api_key = "test-key", base_url = "$STABILITY/v2beta" },
    },
    limits = { in_flight = 64 },
}
