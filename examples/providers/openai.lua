-- openai.lua - OpenAI's image models, with one setting that saves money.
--
--     OPENAI_API_KEY=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/openai.lua
--
-- modules/openai/README.md has all options. Without the two variables it does not start.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        openai = {
            kind = "openai",
            api_key = env "OPENAI_API_KEY",
            complexity = "medium",      -- gpt-image-2.6 thinks a picture out less long than it would
        },
    },
}
