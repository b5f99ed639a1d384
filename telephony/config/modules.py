"""Which modules Asterisk loads, and which of them it must not start without. Pure."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskModule:
    """One loadable module. A required one that is missing keeps Asterisk from starting, with its name in the log."""

    name: str
    required: bool


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_REQUIRED: Final = _names("""
res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb pbx_config
res_musiconhold res_speech res_agi res_crypto res_rtp_asterisk res_http_websocket
res_pjproject res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_nat
res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest res_pjsip_endpoint_identifier_ip
res_pjsip_endpoint_identifier_user res_pjsip_registrar res_pjsip_outbound_registration res_pjsip_header_funcs
res_pjsip_acl res_pjsip_rfc3326 res_pjsip_pubsub chan_pjsip
bridge_holding bridge_simple bridge_softmix bridge_native_rtp bridge_builtin_features
res_manager_devicestate app_bridgewait app_dial app_queue app_playback app_mixmonitor app_userevent app_stack app_exec
func_channel func_callerid func_strings func_logic func_math func_global func_lock func_export func_groupcount
func_cdr func_db func_pjsip_endpoint
codec_alaw codec_ulaw codec_a_mu codec_gsm codec_g722 codec_resample format_pcm format_wav format_gsm format_sln
""")

_WELCOME: Final = _names("""
res_srtp res_pjsip_transport_websocket res_pjsip_refer res_pjsip_dtmf_info res_pjsip_logger res_pjsip_maintenance
res_pjsip_dlg_options res_pjsip_sips_contact res_pjsip_empty_info res_pjsip_path
codec_opus_open_source res_format_attr_opus codec_g726 res_cdrel_custom cdr_custom
app_chanspy func_devstate func_hangupcause func_timeout func_uri res_security_log
""")

MODULES: Final[tuple[AsteriskModule, ...]] = tuple(
    AsteriskModule(name=f"{name}.so", required=name in _REQUIRED) for name in (*_REQUIRED, *_WELCOME)
)
