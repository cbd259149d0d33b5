-- catalogue.lua - which model does this id mean?
--
-- Looks ids up in scripts/models.lua: by id, alias, retired id, the same behind a
-- vendor's name, and by family prefix for ids newer than the file. Knows models
-- only as rows; who serves them is registry.lua's concern.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local host = require "host"
local lists = require "lists"

local catalogue = {}
catalogue.__index = catalogue

local function check_row(row, i)
    if type(row) ~= "table" or type(row.id) ~= "string" or type(row.family) ~= "string" then
        error(("models.lua: models[%d]: expected a row with id and family, got %s"):format(i, fail.show(row)), 0)
    end
end

local function add(self, row)
    self.rows[#self.rows + 1] = row
    self.by_id[row.id] = row
    for _, alias in ipairs(row.aliases or {}) do
        self.by_id[alias] = row
    end
end

-- -> id of a model -> { { id =, date = } … } of those that it is the successor of, by their names
local function successors(retired)
    local result = {}
    for _, old in ipairs(lists.keys(retired)) do
        local list = result[retired[old].successor] or {}
        list[#list + 1] = { id = old, date = retired[old].date }
        result[retired[old].successor] = list
    end
    return result
end

-- data: what scripts/models.lua returns, { models, retired, families }. kinds: those of the configured providers, as keys;
-- what only others have is left out, so that a marketplace's id for a model does not hide its maker's.
function catalogue.new(data, kinds)
    local self = setmetatable({ rows = {}, by_id = {}, retired = data.retired, stands_for = successors(data.retired),
        families = data.families }, catalogue)
    for i, row in ipairs(data.models) do
        check_row(row, i)
        if not row.only or kinds[row.only] then
            add(self, row)
        end
    end
    return self
end

-- The longest family that the id begins with; its row stands for models that nobody wrote down yet.
local function by_family(self, id)
    local best
    for _, row in ipairs(self.families) do
        if id:sub(1, #row.family) == row.family and (not best or #row.family > #best.family) then
            best = row
        end
    end
    return best
end

-- An id whose last day is written down beforehand serves until then.
local function is_over(retired)
    return (retired.date:gsub("-", "")) <= host.utc(host.time()):sub(1, 8)
end

local function named(self, id, kind)
    local retired = self.retired[id]
    retired = retired and is_over(retired) and retired or nil
    local row = self.by_id[retired and retired.successor or id]
    if not row or (kind and row.only and row.only ~= kind) then
        return nil
    end
    return row, retired and id or nil
end

-- id -> a model { id, vendor?, row, retired?, unknown? }. id has no vendor in front; vendor is
-- the one that was given, or the row's. row is the catalogue's, or the family's for an
-- unknown id. retired: the id that was given, when a successor stands in its place. kind, if
-- given: what only other kinds of providers have is passed over.
function catalogue.find(self, asked, kind)
    local row, retired = named(self, asked, kind)
    local vendor, bare = asked:match "^([^/]+)/(.+)$"
    if not row and bare then
        row, retired = named(self, bare, kind)
    elseif row then
        vendor = nil
    end
    if row then
        return { id = row.id, vendor = vendor or row.vendor, row = row, retired = retired }
    end
    row = by_family(self, bare or asked)
    return { id = bare or asked, vendor = vendor or row.vendor, row = row, unknown = true }
end

-- Does an entry of a list of models mean this one? An entry that ends in - or / is a prefix.
function catalogue.matches(entry, model)
    local full = model.vendor and model.vendor .. "/" .. model.id or model.id
    if entry:match "[-/]$" then
        return model.id:sub(1, #entry) == entry or full:sub(1, #entry) == entry
    end
    return entry == model.id or entry == full or entry == model.retired
end

function catalogue.in_list(list, model)
    for _, entry in ipairs(list) do
        if catalogue.matches(entry, model) then
            return true
        end
    end
    return false
end

-- The tier that the model draws unasked: what its row says, else 1K, as the row spells it; nil when it has none.
function catalogue.usual_tier(row)
    local usual = row.tier or "1K"
    for _, tier in ipairs(row.tiers or {}) do
        if tier:upper() == usual:upper() then
            return tier
        end
    end
    return nil
end

return catalogue
