-- exact.lua - a policy that insists on the very pixels, padded where the words say so
local policy = require "policy"

function policy.size_policy(request)
    return "exact", request.prompt:find "whole" and "pad" or "crop"
end

return policy
