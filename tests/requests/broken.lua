-- broken.lua - a policy that fails on demand; see policies/broken.lua.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    policy = "$POLICIES/broken.lua",
    providers = {
        google = { kind = "gemini", api_key = "test-key", base_url = "$GEMINI/v1beta" },
        demo = { kind = "demo" },
    },
    limits = { in_flight = 64, lua_memory = "16MiB" },
}
