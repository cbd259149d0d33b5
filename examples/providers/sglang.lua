-- sglang.lua - a server of SGLang Diffusion on this machine: sglang serve --model-path Qwen/Qwen-Image-2512
--
--     PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/sglang.lua
--
-- models: the one that it was started with.
-- modules/sglang/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        sglang = {
            kind = "sglang",
            base_url = "http://127.0.0.1:30000/v1",
            models = { "Qwen/Qwen-Image-2512" },
        },
    },
}
