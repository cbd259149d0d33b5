-- dashscope.lua - Alibaba's Qwen-Image, Wan and Z-Image, as orders that are asked for until they are drawn.
--
--     PICTOR_KEY=choose-one DASHSCOPE_API_KEY=… build/bin/pictor serve -c examples/providers/dashscope.lua
--
-- The key is one of Singapore; modules/dashscope/README.md has the other regions, and all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        alibaba = {
            kind = "dashscope",
            api_key = env "DASHSCOPE_API_KEY",
            async = true,               -- Wan's and the first Qwen-Image's; without it no connection is closed before there is a picture
            prompt_extend = false,      -- true: short prompts are made longer first
        },
    },
}
