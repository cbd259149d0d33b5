-- sdcpp.lua - stable-diffusion.cpp's sd-server on this machine.
--
--     PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/sdcpp.lua
--
-- It draws with the one model that it was started with, and calls that sd-cpp-local.
-- modules/sdcpp/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        sdcpp = {
            kind = "sdcpp",
            base_url = "http://127.0.0.1:1234/v1",
            extra_args = { sample_params = { sample_steps = 20 } },         -- for every picture
        },
    },
}
