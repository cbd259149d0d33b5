-- other.lua - a policy that falls back to another model, not only to another provider
local policy = require "policy"

function policy.candidates()
    return { { provider = "google", model = "gemini-3-pro-image" }, { provider = "openai", model = "gpt-image-2" } }
end

return policy
