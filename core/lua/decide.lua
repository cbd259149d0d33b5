-- decide.lua - what does the policy say, and is it an answer?
--
-- Loads the operator's policy script in a sandbox and puts a check behind each of
-- its functions, so that a wrong result is named where it was given instead of
-- surfacing somewhere down the path. A wrong result throws: 500 policy_error.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local lists = require "lists"
local sandbox = require "sandbox"

local FUNCTIONS = { "pick_model", "aspect_ratio", "image_size", "pixels", "size_policy", "rewrite_prompt",
    "candidates", "on_failure" }

local decide = {}

local function wrong(place, name, expected, got)
    error(("%s: %s: expected %s, got %s"):format(place, name, expected, fail.show(got)), 0)
end

local function is_ratio(value)
    local width, height = tostring(value):match "^(%d+%.?%d*):(%d+%.?%d*)$"
    return type(value) == "string" and width ~= nil and tonumber(width) > 0 and tonumber(height) > 0
end

-- Each: (where the script is, its result, its second result, the model it was asked about)
local checks = {}

function checks.pick_model(place, id)
    if id ~= nil and (type(id) ~= "string" or id == "") then
        wrong(place, "pick_model", "a model's id as text, or nil", id)
    end
    return id
end

function checks.aspect_ratio(place, ratio, _, model)
    if ratio ~= nil and not is_ratio(ratio) then
        wrong(place, "aspect_ratio", '"W:H" or nil', ratio)
    elseif ratio ~= nil and model.ratios and not lists.includes(model.ratios, ratio) then
        wrong(place, "aspect_ratio", "one of " .. table.concat(model.ratios, ", "), ratio)
    end
    return ratio
end

function checks.image_size(place, size, _, model)
    if size ~= nil and type(size) ~= "string" then
        wrong(place, "image_size", 'text such as "2K", or nil', size)
    elseif size ~= nil and model.tiers and not lists.includes(model.tiers, size) then
        wrong(place, "image_size", "one of " .. table.concat(model.tiers, ", "), size)
    end
    return size
end

function checks.pixels(place, width, height)
    local good = math.type(width) == "integer" and math.type(height) == "integer" and width > 0 and height > 0
    if width ~= nil and not good then
        wrong(place, "pixels", "a width and a height as whole numbers, or nil", width)
    end
    return width, height
end

local SIZE_POLICIES, WAYS = { ratio = true, exact = true }, { crop = true, pad = true }

function checks.size_policy(place, policy, way)
    if not SIZE_POLICIES[policy] then
        wrong(place, "size_policy", '"ratio" or "exact"', policy)
    elseif way ~= nil and not WAYS[way] then
        wrong(place, "size_policy", '"crop" or "pad" as its second result', way)
    end
    return policy, way or "crop"
end

function checks.rewrite_prompt(place, prompt)
    if type(prompt) ~= "string" or prompt == "" then
        wrong(place, "rewrite_prompt", "a prompt as text", prompt)
    end
    return prompt
end

local function is_candidate(value)
    return type(value) == "table" and type(value.provider) == "string" and type(value.model) == "string"
end

function checks.candidates(place, list)
    if type(list) ~= "table" then
        wrong(place, "candidates", "a list of { provider =, model = }", list)
    end
    for i, candidate in ipairs(list) do
        if not is_candidate(candidate) then
            wrong(place, ("candidates[%d]"):format(i), "{ provider =, model = } as texts", candidate)
        end
    end
    return list
end

local VERDICTS = { retry = true, next = true, stop = true }

function checks.on_failure(place, verdict, wait)
    if not VERDICTS[verdict] then
        wrong(place, "on_failure", '"retry", "next" or "stop"', verdict)
    elseif wait ~= nil and (type(wait) ~= "number" or not (wait >= 0 and wait < 3600)) then
        wrong(place, "on_failure", "seconds from 0 to 3600, or nil, as its second result", wait)
    end
    return verdict, wait or 0
end

local function checked(place, name, from)
    local decision, check = from[name], checks[name]
    if name == "size_policy" and type(decision) == "string" then
        local word = check(place, decision)
        return function() return word, "crop" end
    elseif type(decision) ~= "function" then
        wrong(place, name, "a function", decision)
    end
    return function(request, model, ...)
        local result, wait = decision(request, model, ...)
        return check(place, result, wait, model)
    end
end

-- A function of a name that nobody calls is a typo.
local function check_names(place, policy)
    for name, value in pairs(policy) do
        if type(value) == "function" and not lists.includes(FUNCTIONS, name) then
            error(("%s: %s: expected one of %s, got a function that nobody calls"):format(place, tostring(name),
                table.concat(FUNCTIONS, ", ")), 0)
        end
    end
end

local function scripts_sandbox(root, settings, lent)
    local folder = settings.policy:match "^(.*)/[^/]*$" or "."
    return sandbox.new({ { path = root .. "/scripts", name = "scripts" }, { path = folder, name = folder } }, lent)
end

-- The catalogue of scripts/models.lua. Throws when there is none.
function decide.models(root, settings)
    return scripts_sandbox(root, settings).environment.require "models"
end

-- lent: name -> value for the script's require. -> its functions, checked; what it lacks is the one
-- that ships. Throws with
-- file and line when the script is wrong.
function decide.new(root, settings, lent)
    local place = settings.policy:sub(1, #root + 1) == root .. "/" and settings.policy:sub(#root + 2) or settings.policy
    local box = scripts_sandbox(root, settings, lent)
    local policy, reason = sandbox.run(box, settings.policy, place)
    if policy == nil and reason then
        error(("policy: expected a script, got %s: %s"):format(settings.policy, reason), 0)
    elseif type(policy) ~= "table" then
        wrong(place, "its result", "a table of functions", policy)
    end
    check_names(place, policy)
    local result = {}
    for _, name in ipairs(FUNCTIONS) do
        local from = policy[name] == nil and box.environment.require "policy" or policy
        result[name] = checked(place, name, from)
    end
    return result
end

return decide
