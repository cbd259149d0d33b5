-- pictor.lua - a server of vLLM-Omni alone, which most documents in this folder are served with.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        omni = { kind = "vllm-omni", base_url = "$VLLM_OMNI/v1", models = { "Qwen/Qwen-Image-2512" } },
    },
    limits = { in_flight = 64 },     -- a thread each: fewer start and stop faster
}
