-- pictor.lua - a LocalAI alone, which most documents in this folder are served with.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        localai = { kind = "localai", base_url = "$LOCALAI/v1", models = { "flux.1-dev-ggml", "dreamshaper" } },
    },
    limits = { in_flight = 64 },     -- a thread each: fewer start and stop faster
}
