-- impatient.lua - each provider is asked once, so that a bad answer is the end.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    policy = "$POLICIES/impatient.lua",
    providers = {
        google = { kind = "gemini", api_key = "test-key", base_url = "$GEMINI/v1beta" },
        router = { kind = "chat", api_key = "test-key", base_url = "$CHAT/v1" },
    },
    limits = { in_flight = 64 },
}
