-- router.lua - only an OpenAI-style router, which takes any model's id.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        router = { kind = "chat", api_key = "test-key", base_url = "$CHAT/v1" },
    },
    limits = { in_flight = 64 },     -- a thread each: fewer start and stop faster
}
