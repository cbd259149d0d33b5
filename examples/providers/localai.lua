-- localai.lua - a LocalAI on this machine, which has port 8080 itself.
--
--     PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/localai.lua
--
-- models: what it shall be asked for, of what GET /v1/models there lists. No key is needed unless it was given some.
-- modules/localai/README.md has all options.
return {
    listen = "127.0.0.1:8081",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        localai = {
            kind = "localai",
            base_url = "http://127.0.0.1:8080/v1",
            models = { "flux.1-dev-ggml" },
            send = { step = 25 },           -- for every picture
        },
    },
}
