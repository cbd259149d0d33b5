-- azure.lua - Azure's variant with a key, and with no version said.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        azure = {
            kind = "openai", azure = true, api_key = "test-key", base_url = "$AZURE/openai/v1",
            models = { "gpt-image-2.6-", ["gpt-image-2.5-flare"] = "gpt-image-2" },     -- as its deployment is called
        },
    },
    limits = { in_flight = 64 },
}
