-- plan.lua - request in, plan out: which model, and whom to ask for it in which order?
--
-- Asks the policy once per request and fits the request to each candidate, so that
-- all which can be refused is refused before anything was spent.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local fit = require "fit"
local registry = require "registry"

local plan = {}

local function not_found(asked)
    return fail.parameter("model_not_found", "model", "one that a configured provider serves (GET /v1/models lists them)",
        fail.show(asked))
end

local function nobody_for(id)
    return fail.new("no_provider", ("model: expected a configured provider for %s, which the policy picked, got none"):format(
        fail.show(id)))
end

local function not_allowed(request)
    return fail.parameter("model_not_allowed", "model", "one that this key opens: "
        .. table.concat(request.caller.models, ", "), fail.show(request.model))
end

local function pick(request, state)
    if request.model ~= "auto" then
        return request.model
    end
    local id = state.policy.pick_model(request)
    if id then
        return id
    elseif request.caller and request.caller.models then
        return nil, not_allowed(request)
    end
    return nil, fail.new("no_provider", "model: expected a configured provider for \"auto\", got none")
end

-- What scripts see of a model: the catalogue's row, with the ids of this request.
local function view(model, asked, row)
    return setmetatable({ id = model.id, vendor = model.vendor, retired = model.retired, asked = asked },
        { __index = row or model.row })
end

local function find_model(request, state)
    local asked, err = pick(request, state)
    if not asked then
        return nil, err
    end
    local model = state.registry:model(asked)
    if not registry.allows(request, model) then
        return nil, not_allowed(request)
    end
    if request.model == "auto" then
        model.retired = nil     -- the client did not ask for it by that name
    end
    return view(model, asked)
end

local function provider_of(candidate, state)
    local provider = state.registry.providers[candidate.provider]
    if not provider then
        error(("policy: candidates: expected a configured provider, got %s"):format(fail.show(candidate.provider)), 0)
    end
    return provider
end

-- The model that a candidate is of: the asked one where the registry sends it by that id (a provider may have
-- a name of its own for it), else the one that the policy has named in its place. -> the registry's model
local function model_for(candidate, asked, serving, state)
    for _, known in ipairs(serving) do
        if known.provider == candidate.provider and known.model == candidate.model then
            return asked
        end
    end
    return state.registry:model(candidate.model)
end

-- The candidates that can do what the request asks for, and why the others cannot.
local function fitting(request, model, candidates, state)
    local good, left_out = {}, {}
    local asked = state.registry:model(model.asked)
    local serving = state.registry:serving(asked)
    asked.retired = model.retired       -- serving() knows it by that name, too; to the client it may not have been one
    for _, candidate in ipairs(candidates) do
        local provider = provider_of(candidate, state)
        local found = model_for(candidate, asked, serving, state)
        local row = view(found, found == asked and model.asked or candidate.model, registry.row(provider, found))
        local job, err = fit.candidate(request, provider, row, state.policy)
        if job then
            job.request, job.provider, job.model = request, provider, candidate.model
            job.row, job.prices = row, registry.prices(provider, found)
            job.feather, job.max_pixels = state.settings.masks.feather, state.settings.limits.pixels
            good[#good + 1] = job
        else
            left_out[#left_out + 1] = { provider = candidate.provider, model = candidate.model, fail = err }
        end
    end
    return good, left_out
end

-- state: { registry, policy } of this Lua state. -> plan { request, model, jobs, left_out } | nil, fail
function plan.make(request, state)
    local model, err = find_model(request, state)
    if not model then
        return nil, err
    end
    local candidates = state.policy.candidates(request, model)
    if #candidates == 0 then
        return nil, request.model == "auto" and nobody_for(model.id) or not_found(request.model)
    end
    local jobs, left_out = fitting(request, model, candidates, state)
    if #jobs == 0 then
        return nil, left_out[1].fail
    end
    return { request = request, model = model, jobs = jobs, left_out = left_out }
end

return plan
