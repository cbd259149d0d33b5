-- fit.lua - what becomes of this request with this provider and this model?
--
-- Goes through the rules, one for each parameter: the provider passes it on, it is
-- mapped and reported, or it is refused by name before anything was spent.
-- SPDX-License-Identifier: MIT
local rules = require "rules"

local fit = {}

-- The request as rewrite_prompt sees it: the same, and what there is to say in words.
local function with_worded(request, names)
    return setmetatable({ worded = names }, { __index = request })
end

-- What the provider passes on, but for what this model lacks. -> name -> true
local function taken(module, model)
    if not model.lacks then
        return module.takes_set
    end
    local takes = setmetatable({}, { __index = module.takes_set })
    for _, name in ipairs(model.lacks) do
        takes[name] = false
    end
    return takes
end

-- provider: the registry's. model: the scripts' view of it. policy: checked functions.
-- -> what every call to this candidate has in common, with mapped, the list of reports | nil, fail
function fit.candidate(request, provider, model, policy)
    local job = { mapped = {}, worded = {}, finish = {} }
    local case = { request = request, module = provider.module, takes = taken(provider.module, model), model = model,
        policy = policy, job = job }
    for _, rule in ipairs(rules) do
        local err = rule(case)
        if err then
            return nil, err
        end
    end
    job.prompt = policy.rewrite_prompt(with_worded(request, job.worded), model)
    return job
end

return fit
