-- pictor.lua - MiniMax's API alone, which most documents in this folder are served with.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        minimax = { kind = "minimax", api_key = "test-key", base_url = "$MINIMAX/v1" },
    },
    limits = { in_flight = 64 },     -- a thread each: fewer start and stop faster
}
