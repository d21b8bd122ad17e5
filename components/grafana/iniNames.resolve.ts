// Names in grafana.ini, to find mistyped ones: Grafana ignores what it does not know. The list need not be complete, since
// only a name that is almost one of these is refused. Source: Grafana's documentation, "Configure Grafana", version 12.
import { distance } from "fastest-levenshtein";
import { variableOf } from "./render";

const oauth =
  "enabled name icon allow_sign_up auto_login client_id client_secret client_authentication scopes auth_url token_url api_url " +
  "signout_redirect_url allowed_domains allowed_groups allowed_organizations team_ids teams_url role_attribute_path " +
  "role_attribute_strict org_mapping org_attribute_path allow_assign_grafana_admin skip_org_role_sync use_pkce use_refresh_token " +
  "tls_skip_verify_insecure tls_client_cert tls_client_key tls_client_ca email_attribute_name email_attribute_path " +
  "login_attribute_path name_attribute_path id_token_attribute_name groups_attribute_path team_ids_attribute_path empty_scopes " +
  "login_prompt validate_id_token jwk_set_url auth_style hosted_domain validate_hd force_use_graph_api managed_identity_client_id federated_credential_audience workload_identity_token_file domain_hint";

/** Keys by section; of the others only the name is known. */
const KEYS: Readonly<Record<string, string>> = {
  "": "app_mode instance_name force_migration",
  paths: "data temp_data_lifetime logs plugins provisioning permitted_provisioning_paths",
  server:
    "protocol min_tls_version http_addr http_port domain enforce_domain root_url serve_from_sub_path router_logging static_root_path enable_gzip cert_file cert_key cert_pass certs_watch_interval socket socket_gid socket_mode cdn_url read_timeout",
  database:
    "type host name user password url high_availability max_idle_conn max_open_conn conn_max_lifetime log_queries ssl_mode ssl_sni ca_cert_path client_key_path client_cert_path server_cert_name path cache_mode wal isolation_level query_retries transaction_retries locking_attempt_timeout_sec migration_locking instrument_queries skip_migrations",
  remote_cache: "type connstr prefix encryption",
  dataproxy:
    "logging timeout dialTimeout keep_alive_seconds tls_handshake_timeout_seconds expect_continue_timeout_seconds max_conns_per_host max_idle_connections idle_conn_timeout_seconds send_user_header response_limit row_limit user_agent",
  analytics:
    "enabled reporting_enabled reporting_distributor check_for_updates check_for_plugin_updates google_analytics_ua_id google_analytics_4_id google_tag_manager_id feedback_links_enabled",
  security:
    "disable_initial_admin_creation admin_user admin_password admin_email secret_key encryption_provider available_encryption_providers disable_gravatar data_source_proxy_whitelist disable_brute_force_login_protection brute_force_login_protection_max_attempts disable_username_login_protection disable_ip_address_login_protection cookie_secure cookie_samesite allow_embedding strict_transport_security strict_transport_security_max_age_seconds strict_transport_security_preload strict_transport_security_subdomains x_content_type_options x_xss_protection content_security_policy content_security_policy_template content_security_policy_report_only content_security_policy_report_only_template angular_support_enabled csrf_additional_headers csrf_trusted_origins csrf_always_check disable_frontend_sandbox_for_plugins actions_allow_post_url",
  snapshots: "enabled external_enabled external_snapshot_url external_snapshot_name public_mode",
  dashboards:
    "versions_to_keep min_refresh_interval default_home_dashboard_path dashboard_performance_metrics panel_series_limit",
  datasources:
    "default_manage_alerts_ui_toggle allow_prometheus_as_recording_rules_target concurrent_query_count",
  users:
    "allow_sign_up allow_org_create auto_assign_org auto_assign_org_id auto_assign_org_role verify_email_enabled login_default_org_id login_hint password_hint default_theme default_language home_page external_manage_link_url external_manage_link_name external_manage_info viewers_can_edit editors_can_admin user_invite_max_lifetime_duration verification_email_max_lifetime_duration hidden_users last_seen_update_interval",
  auth: "login_cookie_name disable_login login_maximum_inactive_lifetime_duration login_maximum_lifetime_duration token_rotation_interval_minutes disable_login_form disable_signout_menu signout_redirect_url oauth_auto_login oauth_state_cookie_max_age oauth_skip_org_role_update_sync oauth_allow_insecure_email_lookup oauth_refresh_token_server_lock_min_wait_ms api_key_max_seconds_to_live sigv4_auth_enabled sigv4_verbose_logging azure_auth_enabled managed_service_accounts_enabled id_response_header_enabled id_response_header_prefix",
  "auth.anonymous": "enabled org_name org_role hide_version device_limit",
  "auth.basic": "enabled password_policy",
  "auth.ldap": "enabled config_file allow_sign_up skip_org_role_sync sync_cron active_sync_enabled",
  "auth.proxy":
    "enabled header_name header_property auto_sign_up sync_ttl whitelist headers headers_encoded enable_login_token",
  "auth.jwt":
    "enabled header_name email_claim username_claim jwk_set_url jwk_set_file cache_ttl expect_claims key_file key_id role_attribute_path role_attribute_strict auto_sign_up url_login allow_assign_grafana_admin skip_org_role_sync",
  "auth.generic_oauth": oauth,
  "auth.github": oauth,
  "auth.gitlab": oauth,
  "auth.google": oauth,
  "auth.azuread": oauth,
  "auth.okta": oauth,
  "auth.grafana_com": oauth,
  smtp: "enabled host user password cert_file key_file skip_verify from_address from_name ehlo_identity startTLS_policy enable_tracing",
  emails: "welcome_email_on_sign_up templates_pattern content_types",
  log: "mode level filters user_facing_default_error",
  "log.console": "level format",
  "log.file": "level format log_rotate max_lines max_size_shift daily_rotate max_days",
  quota:
    "enabled org_user org_dashboard org_data_source org_api_key org_alert_rule user_org global_user global_org global_dashboard global_api_key global_session global_alert_rule",
  unified_alerting:
    "enabled disabled_orgs admin_config_poll_interval alertmanager_config_poll_interval ha_peers ha_listen_address ha_advertise_address ha_peer_timeout ha_gossip_interval ha_push_pull_interval ha_label execute_alerts evaluation_timeout max_attempts min_interval default_rule_evaluation_interval",
  annotations: "cleanupjob_batchsize tags_length",
  explore: "enabled defaultTimeOffset",
  help: "enabled",
  profile: "enabled",
  news: "news_feed_enabled",
  query: "concurrent_query_limit",
  query_history: "enabled",
  metrics:
    "enabled interval_seconds disable_total_stats total_stats_collector_interval_seconds basic_auth_username basic_auth_password",
  rendering:
    "server_url callback_url renderer_token concurrent_render_request_limit default_image_width default_image_height default_image_scale",
  panels: "enable_alpha disable_sanitize_html",
  plugins:
    "enable_alpha app_tls_skip_verify_insecure allow_loading_unsigned_plugins plugin_admin_enabled plugin_admin_external_manage_enabled plugin_catalog_url plugin_catalog_hidden_plugins public_key_retrieval_disabled disable_plugins preinstall preinstall_sync preinstall_async preinstall_disabled install_token",
  live: "max_connections allowed_origins ha_engine ha_engine_address message_size_limit",
  date_formats:
    "full_date interval_second interval_minute interval_hour interval_day interval_month interval_year use_browser_locale default_timezone default_week_start",
  feature_toggles: "enable",
  public_dashboards: "enabled",
  "tracing.opentelemetry.otlp": "address propagation insecure",
};

const SECTIONS = [
  ...Object.keys(KEYS),
  ..."grpc_server grpc_client security.encryption sso_settings service_accounts auth.extended_jwt aws azure rbac secretscan cloud_migration log.syslog log.frontend".split(
    " ",
  ),
  ..."unified_alerting.screenshots unified_alerting.reserved_labels unified_alerting.state_history unified_alerting.state_history.annotations alerting annotations.dashboard annotations.api".split(
    " ",
  ),
  ..."short_links metrics.environment_info metrics.graphite grafana_net grafana_com tracing.jaeger tracing.opentelemetry tracing.opentelemetry.jaeger".split(
    " ",
  ),
  ..."external_image_storage external_image_storage.s3 external_image_storage.webdav external_image_storage.gcs external_image_storage.azure_blob external_image_storage.local".split(
    " ",
  ),
  ..."enterprise feature_management expressions geomap navigation.app_sections navigation.app_standalone_pages secure_socks_datasource_proxy feature_highlights server.custom_response_headers database_replica recording_rules unified_storage time_picker".split(
    " ",
  ),
];

/** The section that is meant; undefined if the name is one, or like none. */
export function meantSection(section: string): string | undefined {
  return meant(section, SECTIONS);
}

/** The key that is meant. */
export function meantKey(section: string, key: string): string | undefined {
  return meant(key, KEYS[section]?.split(" ") ?? []);
}

/** The section and key that a variable such as GF_AUTH_ANONYMOUS_ENABLED stands for; undefined if no section is known that fits. */
export function keyOfVariable(variable: string): [section: string, key: string] | undefined {
  const fits = SECTIONS.filter((section) => section !== "" && variable.startsWith(variableOf(section, "")));
  const [section] = fits.sort((a, b) => b.length - a.length);
  if (section === undefined) return undefined;
  const known = KEYS[section]?.split(" ").find((key) => variableOf(section, key) === variable);
  return [section, known ?? variable.slice(variableOf(section, "").length).toLowerCase()];
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[_.-]/g, "");

/** The same but for its writing, or with one wrong letter. */
function meant(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return undefined;
  return (
    known.find((other) => plain(other) === plain(name)) ??
    known.find((other) => other.length > 5 && distance(plain(other), plain(name)) === 1)
  );
}
