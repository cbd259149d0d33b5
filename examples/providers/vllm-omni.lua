-- vllm-omni.lua - a server of vLLM-Omni on this machine: vllm serve Qwen/Qwen-Image-2512 --omni
--
--     PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/vllm-omni.lua
--
-- models: the one that it was started with.
-- modules/vllm-omni/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        omni = {
            kind = "vllm-omni",
            base_url = "http://127.0.0.1:8000/v1",
            models = { "Qwen/Qwen-Image-2512" },
        },
    },
}
