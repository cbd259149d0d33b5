-- pictor.lua - what most documents in this folder are served with.
-- $LISTEN, $GEMINI and $CHAT are filled in by run.mjs.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        google = { kind = "gemini", api_key = "test-key", base_url = "$GEMINI/v1beta" },
        router = { kind = "chat", api_key = "test-key", base_url = "$CHAT/v1" },
        demo = { kind = "demo" },
    },
    limits = { in_flight = 64 },     -- a thread each: fewer start and stop faster
}
