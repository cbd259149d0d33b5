-- google.lua - one provider, so that its failures have nowhere else to go.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        google = { kind = "gemini", api_key = "test-key", base_url = "$GEMINI/v1beta" },
    },
    limits = { in_flight = 64 },     -- a thread each: fewer start and stop faster
}
