-- chat.lua - any router that draws by chat completions; here LLM Gateway, whose ids have no maker in front.
--
--     LLM_GATEWAY_API_KEY=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/chat.lua
--
-- modules/chat/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        gateway = {
            kind = "chat",
            base_url = "https://api.llmgateway.io/v1",
            api_key = env "LLM_GATEWAY_API_KEY",
            vendor_in_id = false,
        },
    },
}
