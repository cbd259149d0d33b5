-- models.lua - the catalogue as clients see it
--
-- OpenAI's list of models, with what each can do: the catalogue's, and those that the
-- configuration names. Only what a configured provider serves, and what the caller's key
-- opens, is in it.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local lists = require "lists"
local registry = require "registry"

local models = {}

-- "2026-05-28" -> seconds since 1970
local function seconds(date)
    local y, m, d = date:match "^(%d+)-(%d+)-(%d+)$"
    y, m, d = math.tointeger(y), math.tointeger(m), math.tointeger(d)
    if m <= 2 then
        y, m = y - 1, m + 12
    end
    local days = 365 * y + y // 4 - y // 100 + y // 400 + (153 * (m - 3) + 2) // 5 + d - 719469
    return days * 86400
end

local function list_or_nil(list)
    return list and #list > 0 and list or nil
end

-- row, prices: the model's, as the first provider that serves it has them.
local function entry(model, row, prices, serving)
    local providers = {}
    for i, candidate in ipairs(serving) do
        providers[i] = candidate.provider
    end
    return {
        id = model.id, object = "model", created = row.released and seconds(row.released) or 0,
        owned_by = model.vendor or row.vendor or row.only or "unknown",
        aliases = list_or_nil(row.aliases), providers = providers, aspect_ratios = list_or_nil(row.ratios),
        image_sizes = list_or_nil(row.tiers), sizes = list_or_nil(row.sizes), pixels = row.pixels, n_per_call = row.n,
        input_images = row.inputs, mask = row.mask, input_fidelity = row.input_fidelity, transparent = row.transparent,
        qualities = list_or_nil(row.qualities), output_formats = list_or_nil(row.formats), prices = prices,
    }
end

-- -> the model's entry | nil: nobody serves it, or this caller's key does not open it
local function entry_of(id, caller, state)
    local model = state.registry:model(id)
    local serving = registry.allows({ caller = caller }, model) and state.registry:serving(model) or {}
    if #serving == 0 then
        return nil
    end
    local first = state.registry.providers[serving[1].provider]
    local found = entry(model, registry.row(first, model), registry.prices(first, model), serving)
    found.id = model.unknown and id or model.id     -- as the configuration has it
    found.retired = state.registry.catalogue.stands_for[model.id]
    return found
end

-- The catalogue's ids, and those that only the configuration names.
local function known_ids(state)
    local ids = {}
    for _, row in ipairs(state.registry.catalogue.rows) do
        ids[#ids + 1] = row.id
    end
    for _, id in ipairs(state.registry:listed()) do
        ids[#ids + 1] = id
    end
    return ids
end

-- -> { object = "list", data }
function models.list(caller, state)
    local data, seen = {}, {}
    for _, id in ipairs(known_ids(state)) do
        local found = entry_of(id, caller, state)
        if found and not seen[found.id] then        -- two ids may mean the same model
            data[#data + 1], seen[found.id] = found, true
        end
    end
    return { object = "list", data = data }
end

-- id: also an alias, a retired one, or one with its vendor. -> entry | nil, fail
function models.one(id, caller, state)
    local is_known = not state.registry:model(id).unknown or lists.includes(state.registry:listed(), id)
    local found = is_known and entry_of(id, caller, state)
    if found then
        return found
    end
    return nil, fail.parameter("model_not_found", "model", "one of GET /v1/models", fail.show(id))
end

return models
