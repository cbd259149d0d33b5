-- impatient.lua - one try is enough: for documents about answers, not about what follows them
local policy = require "policy"

function policy.on_failure()
    return "stop"
end

return policy
