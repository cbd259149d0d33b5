-- gemini.lua - Google's image models with a key of the Gemini API.
--
--     GEMINI_API_KEY=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/gemini.lua
--
-- "model": "auto" draws with the best of them; "gemini-nano-banana-2.1" is the quick one.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        google = { kind = "gemini", api_key = env "GEMINI_API_KEY" },
    },
}
