-- registry.lua - who serves this model, and in which order should they be asked?
--
-- Holds the configured providers with their modules, and the catalogue. A provider
-- serves the families that its module names, or any id when it names none; its
-- configuration may restrict or rename. Decides nothing: scripts choose from what
-- it lists.
-- SPDX-License-Identifier: MIT
local catalogue = require "catalogue"
local lists = require "lists"
local modules = require "modules"

local registry = {}
registry.__index = registry

-- Ids as the catalogue has them, whatever name the operator wrote; prefixes, and ids that it does not know, as they are.
function registry.canonical(self, list)
    local result = {}
    for i, entry in ipairs(list) do
        local model = not entry:match "[-/]$" and self.catalogue:find(entry)
        result[i] = model and not model.unknown and model.id or entry
    end
    return result
end

function registry.renamed(self, rename)
    local result = {}
    for id, other in pairs(rename) do
        result[self:canonical({ id })[1]] = other
    end
    return result
end

-- settings: the checked configuration. data: scripts/models.lua.
function registry.new(root, settings, data)
    local kinds = {}
    for _, given in pairs(settings.providers) do
        kinds[given.kind] = true
    end
    local self = setmetatable({ providers = {}, catalogue = catalogue.new(data, kinds) }, registry)
    for _, key in ipairs(settings.keys) do
        key.opens = key.models and self:canonical(key.models)
    end
    for name, given in pairs(settings.providers) do
        given.models = given.models and { allow = self:canonical(given.models.allow), rename = self:renamed(given.models.rename) }
        local provider = { name = name, options = given, module = modules.provider(root, given.kind), kind = given.kind }
        self.providers[#self.providers + 1] = provider
        self.providers[name] = provider
    end
    table.sort(self.providers, function(a, b) return a.name < b.name end)
    return self
end

local function in_families(families, model)
    for _, family in ipairs(families) do
        if model.id:sub(1, #family) == family then
            return true
        end
    end
    return false
end

-- A module without families passes any id on; one whose list is empty (a marketplace, a machine of one's own) serves
-- what the catalogue has for it alone, what its configuration lists, and what is asked of it by its name.
local function can_serve(provider, model)
    local families, allowed, only = provider.module.families, provider.options.models, model.row.only
    local is_named = allowed ~= nil or model.pinned ~= nil
    if model.pinned and model.pinned ~= provider.name then
        return false
    elseif allowed and not catalogue.in_list(allowed.allow, model) then
        return false
    elseif only == provider.kind then
        return true
    elseif families == nil then
        return only == nil or is_named
    elseif #families == 0 then
        return is_named
    end
    return only == nil and in_families(families, model)
end

-- Entries of a row's list that the provider has too, as it writes them. -> a list | nil: nothing is said
local function in_words_of(known, list)
    if not (known and list) then
        return list
    end
    local has, result = {}, {}
    for _, entry in ipairs(list) do
        has[entry:upper()] = true
    end
    for _, word in ipairs(known) do
        result[#result + 1] = has[word:upper()] and word or nil
    end
    return result
end

-- The catalogue's row; for ids that it does not know, or knows of others only, what the module says of all its models.
local function row_of(provider, model)
    local only = model.row.only
    local foreign = model.unknown or (only and only ~= provider.kind)
    return foreign and provider.module.row or model.row
end

-- What this provider makes of the model. A router has words of its own: of the model's ratios and tiers, those that it
-- knows are left.
function registry.row(provider, model)
    local module, row = provider.module, row_of(provider, model)
    if not (module.ratios or module.tiers) then
        return row
    end
    return setmetatable({ ratios = in_words_of(module.ratios, row.ratios), tiers = in_words_of(module.tiers, row.tiers) },
        { __index = row })
end

-- What a marketplace calls a model is its own business: asked for by its name, an id that is no row of its own goes out as
-- it was asked.
local function as_asked(provider, model)
    local families, whole = provider.module.families, provider.options.vendor_in_id ~= false
    return model.pinned and whole and families and #families == 0 and model.row.only ~= provider.kind and model.rest or nil
end

-- The id that goes upstream.
local function sent_id(provider, model)
    local rename = provider.options.models and provider.options.models.rename or {}
    local full = model.vendor and model.vendor .. "/" .. model.id
    return rename[model.id] or (full and rename[full]) or model.retired and rename[model.retired]
        or as_asked(provider, model) or (provider.options.vendor_in_id and full) or model.id
end

-- The catalogue's prices are the maker's, or of the only provider that has the model; others have prices of their own,
-- which a module may say of ids that the catalogue does not know.
function registry.prices(provider, model)
    local families, only = provider.module.families, model.row.only
    local row = row_of(provider, model)
    local own = row ~= model.row or only == provider.kind or (only == nil and families and in_families(families, model))
    return own and row.prices or nil
end

local function price(provider, model)
    local prices = registry.prices(provider, model)
    return prices and prices.picture or math.huge
end

-- May this caller use it? No list: any.
function registry.allows(request, model)
    local allowed = request.caller and request.caller.opens
    return not allowed or catalogue.in_list(allowed, model)
end

-- Who serves the model, cheapest first, then by name: { { provider =, model = (the id as sent) } }
function registry.serving(self, model)
    local found = {}
    for _, provider in ipairs(self.providers) do
        if can_serve(provider, model) then
            found[#found + 1] = { provider = provider.name, model = sent_id(provider, model), price = price(provider, model) }
        end
    end
    table.sort(found, function(a, b)
        if a.price ~= b.price then
            return a.price < b.price
        end
        return a.provider < b.provider
    end)
    for i, candidate in ipairs(found) do
        found[i] = { provider = candidate.provider, model = candidate.model }
    end
    return found
end

-- "router/google/x" pins the provider "router". What a marketplace calls its own may be the maker's id with its vendor in front:
-- then the maker's is meant, if anybody serves it. -> model
function registry.model(self, asked)
    local name, rest = asked:match "^([^/]+)/(.+)$"
    local provider = name and self.providers[name]
    if provider then
        local model = self.catalogue:find(rest, provider.kind)
        model.pinned, model.rest = name, rest
        return model
    end
    local model = self.catalogue:find(asked)
    local makers = model.row.only and self.catalogue:find(asked, "")
    return makers and not makers.unknown and #self:serving(makers) > 0 and makers or model
end

-- Ids that providers' `models` name and the catalogue does not know, sorted; prefixes are none.
function registry.listed(self)
    local seen = {}
    for _, provider in ipairs(self.providers) do
        for _, id in ipairs(provider.options.models and provider.options.models.allow or {}) do
            if not id:match "[-/]$" and self.catalogue:find(id).unknown then
                seen[id] = true
            end
        end
    end
    return lists.keys(seen)
end

-- What scripts get from require "providers".
function registry.for_scripts(self)
    return {
        -- the ids' candidates, for this caller: {} when nobody serves it or the key may not use it
        serving = function(request, id)
            local model = self:model(id)
            return registry.allows(request, model) and self:serving(model) or {}
        end,
        -- the model that an id means: { id, vendor, row … }
        model = function(id)
            return self:model(id)
        end,
    }
end

return registry
