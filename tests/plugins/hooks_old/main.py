from dify_plugin import DifyPluginEnv, Plugin
from endpoints.mirror import MirrorEndpoint

plugin = Plugin(DifyPluginEnv(MAX_REQUEST_TIMEOUT=120))
# whatever method and path: the SDK's own routes would refuse most of what tests send
plugin.registration.dispatch_endpoint_request = lambda request: (MirrorEndpoint, {})

if __name__ == "__main__":
    plugin.run()
