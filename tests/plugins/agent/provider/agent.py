from dify_plugin.interfaces.agent import AgentProvider


class AgentStrategyProvider(AgentProvider):
    pass
