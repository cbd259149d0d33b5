-- pictor.lua - a first configuration: start here, and change what you need.
--
--     PICTOR_KEY=choose-one build/bin/pictor serve -c examples/pictor.lua
--
-- The file is Lua. env reads an environment variable, file "path" reads a secret from a file; a line whose variable
-- is not set drops out where "and" stands behind it. `pictor check -c FILE` says what is wrong with a configuration.
return {
    listen = env "PICTOR_LISTEN" or "127.0.0.1:8080",

    -- Who may call. Clients send it as "Authorization: Bearer KEY"; `pictor keys new NAME` makes one.
    keys = { { name = "me", key = env "PICTOR_KEY" } },

    providers = {
        -- Google's image models, as soon as there is a key.
        google = env "GEMINI_API_KEY" and { kind = "gemini", api_key = env "GEMINI_API_KEY" },

        -- Whatever speaks chat completions and draws, such as OpenRouter.
        router = env "OPENROUTER_API_KEY" and {
            kind = "chat",
            base_url = "https://openrouter.ai/api/v1",
            api_key = env "OPENROUTER_API_KEY",
        },

        -- Draws abstract landscapes on this machine, for trying things out. Delete it when a real one is there.
        demo = { kind = "demo" },
    },
}
